"""The order a crew does its cases in: reckoned by due date, priority and nearness, or set by a dispatcher."""
