"""From a request on the wire to a function and back: conversion, limits, CORS, the server itself."""
