"""What the bot keeps: threads, assessments, votes, channel settings. With migrations."""
