"""GitOps for fine-tuned models: YAML specs in git, plan and apply against live services, no state file."""

__version__ = "0.1.0"
