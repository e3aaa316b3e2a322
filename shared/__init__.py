"""What every entry point shares: domain rules, repositories, Azure clients, authentication, settings, errors."""
