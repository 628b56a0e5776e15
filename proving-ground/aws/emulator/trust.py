"""Who may assume a role."""


def trusts(trust, service):
    statements = trust["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service") if isinstance(principal, dict) else None
        if statement["Effect"] == "Allow" and service in ([services] if isinstance(services, str) else services or []):
            return True
    return False
