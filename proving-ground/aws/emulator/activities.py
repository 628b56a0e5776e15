"""Auto Scaling: what a group does and did, newest first."""

import uuid
from datetime import datetime, timezone


class Activity:
    """A scaling activity, with the names that the API has."""

    def __init__(self, group, description, cause, status_code):
        self.activity_id = str(uuid.uuid4())
        self.auto_scaling_group_name = group.name
        self.auto_scaling_group_arn = group.arn
        self.description = description
        self.cause = cause
        self.start_time = now()
        self.end_time = None
        self.status_code = status_code
        self.status_message = None
        self.progress = 30
        self.details = "{}"

    def finish(self, status_code="Successful", message=None):
        self.status_code, self.status_message = status_code, message
        self.end_time, self.progress = now(), 100

    def stop(self, status_code):
        """Ends it early, unless it has come to its end."""
        if self.end_time is None:
            self.finish(status_code)


def begin(group, description, cause, status_code="InProgress"):
    activity = Activity(group, description, f"At {stamp()} {cause}", status_code)
    of(group).insert(0, activity)
    return activity


def of(group):
    return group.__dict__.setdefault("activities", [])


def now():
    return datetime.now(timezone.utc)


def stamp():
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
