"""Programs in JavaScript that the project uses: which Node.js runs them, and how they are installed."""
