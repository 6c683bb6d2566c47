"""Schedule expressions, maintenance windows and calendars."""
