"""Side by side with the peers; nothing here is imported by the product."""
