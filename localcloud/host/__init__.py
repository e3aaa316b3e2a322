"""The Functions host: loads an app, serves its HTTP functions, drives triggers and bindings."""
