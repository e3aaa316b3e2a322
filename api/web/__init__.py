"""What every HTTP function has in common: route declarations, the order of checks, JSON rules, problem documents."""
