"""What works: content features and publishing slots, compared within accounts, and every estimated effect judged together."""
