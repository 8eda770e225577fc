"""The page that shows what was trained and generated: one HTML file that asks nothing of anybody."""
