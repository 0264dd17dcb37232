"""Messages: what a report says in a few lines, sent to chat groups and mailboxes.

    settings.py       `[send]` of siyu.toml: who gets which report, and where the secrets stand
    secrets.py        reading a secret from the environment, or from a file of the owner's alone
    text.py           a message as lines that do nothing where they are read, fitted to a service's limit
    services.py       what WeCom, DingTalk and Feishu are sent, and what their answers mean
    post.py           one request to a webhook
    mail.py           one e-mail
    trying.py         a few tries with growing waits, bounded in total
    ledger.py         what was sent to whom, so that nothing is sent twice
    sending.py        all of it: a report's message to everybody who is named for it

What a message says is the report's to decide (report/message.py); when one is sent, a run's (steps/) or a person's
(cli/sending.py). A webhook's address is a secret: it stands in no error, log, ledger or argument.
"""
