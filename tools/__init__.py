"""What developers use and nobody ships."""
