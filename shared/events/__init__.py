"""What has happened in the shop, as it travels: from event documents to CloudEvents messages and back."""
