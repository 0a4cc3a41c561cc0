"""Mentions → what they say and how they belong together: attributes and links."""
