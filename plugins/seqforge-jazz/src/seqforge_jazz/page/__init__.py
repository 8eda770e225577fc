"""What solos look and sound like on a page: a piano roll and a player in plain JavaScript. See docs/report.md."""
