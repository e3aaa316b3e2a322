"""The dead-letter desk: why messages died, and what to do about them. The same on Azure and locally."""
