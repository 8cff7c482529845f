"""What goes wrong outside the project: malformed files, killed processes, failing disks, repeated and late deliveries."""
