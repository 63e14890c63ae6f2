"""What comes back by e-mail: answers of people, answers of machines, bounces."""
