"""Environment variables that Ordinaut knows, with their meaning, for settings, messages and the documentation."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "ORDINAUT_"
ENDPOINT_PREFIX: Final = "ORDINAUT_ENDPOINT_"
LOGIN_URL_PREFIX: Final = "ORDINAUT_LOGIN_URL_"
WEBHOOK_SECRET_PREFIX: Final = "ORDINAUT_WEBHOOK_SECRET_"
RATE_LIMIT_PREFIX: Final = "ORDINAUT_RATE_LIMIT_"
#: NAME_FILE is a path to read the secret NAME from, NAME_VAULT its place in Vault.
FILE_SUFFIX: Final = "_FILE"
VAULT_SUFFIX: Final = "_VAULT"

CATALOG: Final = "ORDINAUT_CATALOG"
FILES: Final = "ORDINAUT_FILES"
GATEWAY_KEY: Final = "ORDINAUT_GATEWAY_KEY"
DATABASE_URL: Final = "ORDINAUT_DATABASE_URL"
EVENTS_TOKEN: Final = "ORDINAUT_EVENTS_TOKEN"
EVENTS_TOKEN_PREVIOUS: Final = "ORDINAUT_EVENTS_TOKEN_PREVIOUS"
MCP_TOKEN: Final = "ORDINAUT_MCP_TOKEN"
METRICS_ADDRESS: Final = "ORDINAUT_METRICS_ADDRESS"
OIDC_CLIENT_ID: Final = "ORDINAUT_OIDC_CLIENT_ID"
OIDC_CLIENT_SECRET: Final = "ORDINAUT_OIDC_CLIENT_SECRET"
OIDC_ISSUER: Final = "ORDINAUT_OIDC_ISSUER"
OIDC_ROLES_CLAIM: Final = "ORDINAUT_OIDC_ROLES_CLAIM"
PAGE_TOKENS_FILE: Final = "ORDINAUT_PAGE_TOKENS_FILE"
PAGE_URL: Final = "ORDINAUT_PAGE_URL"
POLICY: Final = "ORDINAUT_POLICY"
REDIS_URL: Final = "ORDINAUT_REDIS_URL"
REDIS_SERVICE_URL: Final = "REDIS_URL"
TASK_QUEUES: Final = "ORDINAUT_TASK_QUEUES"
TEMPORAL_UI_URL: Final = "ORDINAUT_TEMPORAL_UI_URL"
TIMEZONE: Final = "ORDINAUT_TIMEZONE"
TOKEN_KEY: Final = "ORDINAUT_TOKEN_KEY"
TRUST_LOCAL_APPROVERS: Final = "ORDINAUT_TRUST_LOCAL_APPROVERS"

VAULT_ADDRESS: Final = "VAULT_ADDR"
VAULT_TOKEN: Final = "VAULT_TOKEN"
VAULT_SECRET_ID: Final = "VAULT_SECRET_ID"

#: Our own variables; a name that begins with ORDINAUT_ and is not here is refused. ENDPOINT names end with any service.
OWN: Final[dict[str, str]] = {
    CATALOG: "folder of tool definitions that is put before the shipped ones",
    DATABASE_URL: "database of `database.query`: postgresql://user:password@host/name, mysql://user:password@host/name (MariaDB too) or sqlite:///file.db",
    FILES: "folder for files that vendors answer with, such as bank statements; files in the state folder where not set",
    TIMEZONE: "time zone of pipelines that name none, such as Europe/Chisinau; UTC where not set",
    MCP_TOKEN: "what an assistant sends to `ordinaut mcp --http` to be let in: a long random text",
    EVENTS_TOKEN: "what a sender of events to the gateway's `/events` proves itself with: a long random text",
    EVENTS_TOKEN_PREVIOUS: "the former one, accepted too while senders change",
    METRICS_ADDRESS: "where a worker shows its metrics to Prometheus, such as 127.0.0.1:9464; nowhere where not set, except with `up`",
    GATEWAY_KEY: "private key that signs decisions of people whom the gateway knows: Ed25519, PEM or its 32 bytes in base64",
    OIDC_CLIENT_ID: "client id of the approvals page at the company's sign-in (OpenID Connect)",
    OIDC_CLIENT_SECRET: "client secret that goes with it",
    OIDC_ISSUER: "address of the company's sign-in, such as https://login.company.com/realms/main",
    OIDC_ROLES_CLAIM: "claim of the sign-in that holds a person's roles, such as groups or realm_access.roles; roles where not set",
    PAGE_TOKENS_FILE: "JSON file with people, their roles and the SHA-256 of the tokens by which they sign in on the approvals page",
    PAGE_URL: "address of the approvals page as browsers see it, such as https://approvals.company.com",
    POLICY: "file with people, their roles, and who may start, apply, approve and see: YAML or JSON",
    REDIS_URL: "Redis through which workers share tokens, redis://:password@host:6379/0; without it each machine keeps its own",
    TEMPORAL_UI_URL: "address of Temporal's Web UI that the approvals page links to; that of `up` on the same machine where not set",
    TOKEN_KEY: "key that stored tokens are encrypted with: 32 bytes in base64, as `openssl rand -base64 32` makes them",
    TRUST_LOCAL_APPROVERS: "1 accepts approvals that nobody signed (`--as WHO`); set by `demo` and `up`",
    f"{ENDPOINT_PREFIX}<SERVICE>": "base URL of a service, for stand-ins and self-hosted vendors: ORDINAUT_ENDPOINT_SLACK=http://127.0.0.1:9000",
    f"{LOGIN_URL_PREFIX}<SERVICE>": "base URL of a service's login; it replaces scheme, host and port of where tokens are given out",
    f"{WEBHOOK_SECRET_PREFIX}<SOURCE>": "checks the webhooks of one source of kind `generic`, as its sender gives it: whsec_ and base64",
    f"{RATE_LIMIT_PREFIX}<SERVICE>": "calls of a service by all workers together: 50/minute, or none; as services.json says where not set",
    TASK_QUEUES: "the task queues that this worker takes work from, such as pipelines,tools.slack; all where not set",
}

#: Secrets among our own variables.
OWN_SECRETS: Final = (DATABASE_URL, EVENTS_TOKEN, EVENTS_TOKEN_PREVIOUS, GATEWAY_KEY, MCP_TOKEN, OIDC_CLIENT_SECRET, REDIS_URL, TOKEN_KEY)

#: Secrets of the services; each may also be given as NAME_FILE, a path to read it from.
SECRETS: Final[dict[str, str]] = {
    "OPENAI_API_KEY": "OpenAI key",
    "ANTHROPIC_API_KEY": "Anthropic key",
    "SLACK_BOT_TOKEN": "Slack bot token, begins with xoxb-",
    "SLACK_APP_TOKEN": "Slack app token, begins with xapp-",
    "SLACK_SIGNING_SECRET": "checks the signature of Slack's events",
    "SLACK_SIGNING_SECRET_PREVIOUS": "the former SLACK_SIGNING_SECRET, accepted too while it is changed",
    "TEAMS_CLIENT_SECRET": "Microsoft Teams client secret",
    "TEAMS_WEBHOOK_SECRET": "checks the signature of a Teams outgoing webhook: its security token, base64",
    "TEAMS_WEBHOOK_SECRET_PREVIOUS": "the former TEAMS_WEBHOOK_SECRET, accepted too while it is changed",
    "GITHUB_TOKEN": "GitHub token",
    "GITHUB_WEBHOOK_SECRET": "checks the signature of GitHub's events",
    "GITHUB_WEBHOOK_SECRET_PREVIOUS": "the former GITHUB_WEBHOOK_SECRET, accepted too while it is changed",
    "GITLAB_TOKEN": "GitLab token",
    "GITLAB_WEBHOOK_SECRET": "secret token that GitLab's webhooks hold",
    "GITLAB_WEBHOOK_SECRET_PREVIOUS": "the former GITLAB_WEBHOOK_SECRET, accepted too while it is changed",
    "GITLAB_SIGNING_TOKEN": "checks the signature of GitLab's webhooks: whsec_ and base64",
    "GITLAB_SIGNING_TOKEN_PREVIOUS": "the former GITLAB_SIGNING_TOKEN, accepted too while it is changed",
    "JIRA_API_TOKEN": "Jira API token",
    "SLACK_CLIENT_SECRET": "Slack app's client secret, for `ordinaut login slack`",
    "GITHUB_PRIVATE_KEY": "private key of the GitHub App, PEM",
    "SALESFORCE_PRIVATE_KEY": "private key of the certificate that the Salesforce connected app knows, PEM",
    "SALESFORCE_CLIENT_SECRET": "Salesforce connected app's secret",
    "SALESFORCE_PASSWORD": "Salesforce password",
    "SALESFORCE_SECURITY_TOKEN": "Salesforce security token",
    "HUBSPOT_API_KEY": "HubSpot private app token",
    "HUBSPOT_CLIENT_SECRET": "HubSpot client secret",
    "DIGITAL_CERT_PASSWORD": "password of the company's signing certificate",
    "GRAFANA_API_KEY": "Grafana service account token",
    "MAIB_PROJECT_SECRET": "maib e-commerce project secret",
    "MAIB_CLIENT_SECRET": "maib MIA or Checkout client secret",
    "MAIB_SIGNATURE_KEY": "checks the signature of maib's callbacks",
    "MAIB_SIGNATURE_KEY_PREVIOUS": "the former MAIB_SIGNATURE_KEY, accepted too while it is changed",
    "MAIB_CERTIFICATE_PASSWORD": "password of the maib client certificate",
    "MAIB_TOKEN": "access token of maib's open-banking interface, where it asks for one",
    "MAIB_MERCHANTS_TOKEN": "access token of maib's merchant APIs, in place of client id and secret",
    "MSIGN_TOKEN": "access token of MSign's gateway, where it asks for one",
    "MSIGN_CERTIFICATE_PASSWORD": "password of the client certificate for MSign",
    "SIA_TOKEN": "access token of the reports' gateway, where it asks for one",
    "SLACK_ACCESS_TOKEN": "Slack token that another program got",
    "MSTEAMS_ACCESS_TOKEN": "Microsoft Graph token that another program got",
    "MSTEAMS_REFRESH_TOKEN": "refresh token of a login to Microsoft Graph",
    "TEAMS_WORKFLOW_SIGNATURE": "what follows sig= in the address of a Teams workflow",
    "SALESFORCE_ACCESS_TOKEN": "Salesforce token that another program got",
    "SALESFORCE_REFRESH_TOKEN": "refresh token of a login to Salesforce",
    "HUBSPOT_TOKEN": "HubSpot private app token",
    "GRAFANA_TOKEN": "Grafana service account token",
    "PROMETHEUS_TOKEN": "bearer token for Prometheus, where it asks for one",
    "PROMETHEUS_PASSWORD": "password for Prometheus, where it asks for one",
    "PUSHGATEWAY_TOKEN": "bearer token for the push gateway, where it asks for one",
    "PUSHGATEWAY_PASSWORD": "password for the push gateway, where it asks for one",
    "SONARQUBE_TOKEN": "SonarQube token",
    "ZENDESK_API_TOKEN": "Zendesk API token",
    REDIS_SERVICE_URL: "Redis that tools of transport `redis` use, redis://:password@host:6379/0",
    VAULT_TOKEN: "token for Vault, where secrets are named by NAME_VAULT",
    VAULT_SECRET_ID: "secret id of Vault's AppRole",
    "JWT_SECRET_KEY": "signs the gateway's tokens",
}

#: Other variables of the services; they may be shown.
PLAIN: Final[dict[str, str]] = {
    "OPENAI_MODEL": "OpenAI model",
    "OPENAI_MAX_TOKENS": "longest answer of OpenAI, in tokens",
    "OPENAI_MAX_CONTEXT_CHARS": "longest context for OpenAI, in characters",
    "OPENAI_REASONING_EFFORT": "how much OpenAI's model reasons; off for models that do not",
    "OPENAI_STRUCTURED_OUTPUT": "off for models that have no response_format",
    "ANTHROPIC_MODEL": "Anthropic model",
    "ANTHROPIC_MAX_TOKENS": "longest answer of Anthropic, in tokens",
    "ANTHROPIC_EFFORT": "how much Anthropic's model thinks; off for models that know no such parameter",
    "ANTHROPIC_STRUCTURED_OUTPUT": "off for models that have no output_config.format",
    "TEAMS_WORKFLOW_URL": "address of a Teams workflow that takes cards, without its signature",
    "TEAMS_APP_ID": "Microsoft Teams application id",
    "TEAMS_TENANT_ID": "Microsoft Teams tenant id",
    "GITHUB_APP_ID": "GitHub App id",
    "GITHUB_INSTALLATION_ID": "installation of the GitHub App; found where the app has one only",
    "SLACK_CLIENT_ID": "Slack app's client id, for `ordinaut login slack`",
    "GITHUB_PRIVATE_KEY_PATH": "file of the GitHub App's private key",
    "GITLAB_URL": "address of GitLab; https://gitlab.com where not set",
    "JIRA_URL": "address of the Jira site",
    "JIRA_USERNAME": "e-mail address of the Jira account",
    "SALESFORCE_CLIENT_ID": "Salesforce connected app's id",
    "SALESFORCE_USERNAME": "Salesforce user",
    "SALESFORCE_PRIVATE_KEY_PATH": "file of the Salesforce private key",
    "SALESFORCE_SANDBOX": "true for a Salesforce sandbox",
    "HUBSPOT_CLIENT_ID": "HubSpot client id",
    "MAIB_MERCHANT_ID": "maib merchant id",
    "MAIB_MERCHANT_URL": "maib merchant address",
    "MAIB_CERTIFICATE_PATH": "file of the maib client certificate",
    "MAIB_PRIVATE_KEY_PATH": "file of the maib client certificate's key",
    "MAIB_PROJECT_ID": "maib e-commerce project id",
    "MAIB_CLIENT_ID": "maib MIA or Checkout client id",
    VAULT_ADDRESS: "address of Vault, such as https://vault.example.com:8200",
    "VAULT_ROLE_ID": "role id of Vault's AppRole",
    "VAULT_NAMESPACE": "namespace in Vault",
    "VAULT_CACERT": "file of the authority that signed Vault's certificate",
    "SIA_COMPANY_IDNO": "IDNO of the reporting company",
    "SIA_DIGITAL_CERT_PATH": "file of the company's signing certificate",
    "HUBSPOT_WORKFLOW_LISTS": "static lists that start HubSpot workflows, WORKFLOW=LIST with commas between",
    "JIRA_STORY_POINTS_FIELD": "id of Jira's field with story points; customfield_10016 where not set",
    "MAIB_URL": "address of maib's open-banking interface",
    "MAIB_CONSENT_ID": "consent of the account's owner to read it",
    "MAIB_PAYMENT_PRODUCT": "payment product of maib's interface; domestic-credit-transfers where not set",
    "MAIB_PSU_IP_ADDRESS": "IP address of the person or server that orders payments",
    "MAIB_RATES_PATH": "path of exchange rates at maib's interface",
    "MAIB_REDIRECT_URI": "where the bank leads the person after authorising a payment",
    "MSIGN_URL": "address of MSign's gateway",
    "MSIGN_CERTIFICATE_PATH": "file of the client certificate for MSign",
    "MSIGN_PRIVATE_KEY_PATH": "file of the client certificate's key for MSign",
    "SIA_URL": "address of the reports' gateway",
    "SIA_REPORTS_PATH": "path of reports at the gateway; reports where not set",
    "SIA_FORMS_PATH": "path of forms at the gateway; forms where not set",
    "SALESFORCE_INSTANCE_URL": "address of the Salesforce instance",
    "SALESFORCE_API_VERSION": "version of Salesforce's API, v64.0 where not set",
    "SALESFORCE_REPORTS": "ids of Salesforce reports by kind, KIND=ID with commas between",
    "SALESFORCE_REPORT_DATE_COLUMN": "column of Salesforce reports that date_range is about; CLOSE_DATE where not set",
    "SONARQUBE_URL": "address of SonarQube",
    "ZENDESK_URL": "address of the Zendesk account",
    "ZENDESK_USERNAME": "e-mail address of a Zendesk agent",
    "PROMETHEUS_URL": "address of Prometheus",
    "PROMETHEUS_USERNAME": "user for Prometheus, where it asks for one",
    "PUSHGATEWAY_URL": "address of the push gateway",
    "PUSHGATEWAY_USERNAME": "user for the push gateway, where it asks for one",
    "GRAFANA_ORG_ID": "organisation in Grafana, where the token is for several",
    "GRAFANA_URL": "address of Grafana",
}
