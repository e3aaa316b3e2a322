"""Read models built from events (container `views`, partition key /viewKey). Each event counts exactly once."""
