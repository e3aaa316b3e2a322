"""ASP.NET-style routes: templates, constraints, and the path rules of the real host."""
