"""Files to witnesses."""
