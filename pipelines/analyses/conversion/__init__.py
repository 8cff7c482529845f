"""Analyses of the way to a purchase: funnels, attribution, ads."""
