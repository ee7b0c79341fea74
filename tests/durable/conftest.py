"""What these tests share with those of Slack."""

from tests.slack.conftest import _no_waiting_for_work as _no_waiting_for_work
