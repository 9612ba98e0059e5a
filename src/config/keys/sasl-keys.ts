import { parseKeyTable } from '../config-key.ts';

/** Broker keys about authentication and permission. */
export const saslKeys = parseKeyTable(
  'broker',
  `
allow.everyone.if.no.acl.found | BOOLEAN | false |  | medium | read-only | later
    Whether everybody may use what no ACL names.
authorizer.class.name | STRING | "" | non-null string | low | read-only | later
    What decides who may do what.
delegation.token.expiry.check.interval.ms | LONG | 3600000 | [1,...] | low | read-only | later
    How often expired delegation tokens are looked for.
delegation.token.expiry.time.ms | LONG | 86400000 | [1,...] | medium | read-only | later
    How long a delegation token is valid without being renewed.
delegation.token.max.lifetime.ms | LONG | 604800000 | [1,...] | medium | read-only | later
    How long a delegation token can be renewed at most.
delegation.token.secret.key | PASSWORD | null |  | medium | read-only | later
    The key that delegation tokens are made with.
principal.builder.class | CLASS | org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder |  | medium | per-broker | ignored
    A Java class that names the principal of a connection.
sasl.client.callback.handler.class | CLASS | null |  | medium | read-only | ignored
    A Java class that supplies a client's credentials.
sasl.enabled.mechanisms | LIST | GSSAPI |  | medium | per-broker | later
    The SASL mechanisms that clients may use.
sasl.jaas.config | PASSWORD | null |  | medium | per-broker | ignored
    Credentials in Java's own format.
sasl.kerberos.kinit.cmd | STRING | /usr/bin/kinit |  | medium | per-broker | ignored
    Path of kinit.
sasl.kerberos.min.time.before.relogin | LONG | 60000 |  | medium | per-broker | ignored
    Least time between two Kerberos logins.
sasl.kerberos.principal.to.local.rules | LIST | DEFAULT |  | medium | per-broker | ignored
    How Kerberos principals become user names.
sasl.kerberos.service.name | STRING | null |  | medium | per-broker | ignored
    Kerberos name of the brokers.
sasl.kerberos.ticket.renew.jitter | DOUBLE | 0.05 |  | medium | per-broker | ignored
    Share of random delay in renewing Kerberos tickets.
sasl.kerberos.ticket.renew.window.factor | DOUBLE | 0.8 |  | medium | per-broker | ignored
    Share of a Kerberos ticket's life after which it is renewed.
sasl.login.callback.handler.class | CLASS | null |  | medium | read-only | ignored
    A Java class that supplies the broker's own credentials.
sasl.login.class | CLASS | null |  | medium | read-only | ignored
    A Java class that logs the broker in.
sasl.login.connect.timeout.ms | INT | null |  | low | read-only | ignored
    How long connecting to an identity provider may take.
sasl.login.read.timeout.ms | INT | null |  | low | read-only | ignored
    How long reading from an identity provider may take.
sasl.login.refresh.buffer.seconds | SHORT | 300 |  | medium | per-broker | ignored
    How long before it runs out a credential is renewed at the latest.
sasl.login.refresh.min.period.seconds | SHORT | 60 |  | medium | per-broker | ignored
    Least time between two renewals of a credential.
sasl.login.refresh.window.factor | DOUBLE | 0.8 |  | medium | per-broker | ignored
    Share of a credential's life after which it is renewed.
sasl.login.refresh.window.jitter | DOUBLE | 0.05 |  | medium | per-broker | ignored
    Share of random delay in renewing a credential.
sasl.login.retry.backoff.max.ms | LONG | 10000 |  | low | read-only | ignored
    Longest pause before a login is tried again.
sasl.login.retry.backoff.ms | LONG | 100 |  | low | read-only | ignored
    First pause before a login is tried again.
sasl.mechanism.controller.protocol | STRING | GSSAPI |  | high | read-only | ignored
    SASL mechanism between brokers and KRaft controllers.
sasl.mechanism.inter.broker.protocol | STRING | GSSAPI |  | medium | per-broker | later
    SASL mechanism between brokers.
sasl.oauthbearer.assertion.algorithm | STRING | RS256 | (case insensitive) [ES256, RS256] | medium | read-only | ignored
    Algorithm that signs assertions for OAuth.
sasl.oauthbearer.assertion.claim.aud | STRING | null |  | medium | read-only | ignored
    Audience of assertions for OAuth.
sasl.oauthbearer.assertion.claim.exp.seconds | INT | 300 | [0,...,86400] | low | read-only | ignored
    Life of assertions for OAuth.
sasl.oauthbearer.assertion.claim.iss | STRING | null |  | medium | read-only | ignored
    Issuer of assertions for OAuth.
sasl.oauthbearer.assertion.claim.jti.include | BOOLEAN | false |  | medium | read-only | ignored
    Whether assertions for OAuth have an id.
sasl.oauthbearer.assertion.claim.nbf.seconds | INT | 60 | [0,...,3600] | low | read-only | ignored
    How long before now assertions for OAuth are valid.
sasl.oauthbearer.assertion.claim.sub | STRING | null |  | medium | read-only | ignored
    Subject of assertions for OAuth.
sasl.oauthbearer.assertion.file | STRING | null |  | medium | read-only | ignored
    File that holds an assertion for OAuth.
sasl.oauthbearer.assertion.private.key.file | STRING | null |  | medium | read-only | ignored
    File of the key that signs assertions for OAuth.
sasl.oauthbearer.assertion.private.key.passphrase | PASSWORD | null |  | medium | read-only | ignored
    Passphrase of the key that signs assertions for OAuth.
sasl.oauthbearer.assertion.template.file | STRING | null |  | medium | read-only | ignored
    Template of assertions for OAuth.
sasl.oauthbearer.client.credentials.client.id | STRING | null |  | medium | read-only | ignored
    Client id with an OAuth provider.
sasl.oauthbearer.client.credentials.client.secret | PASSWORD | null |  | medium | read-only | ignored
    Client secret with an OAuth provider.
sasl.oauthbearer.clock.skew.seconds | INT | 30 |  | low | read-only | later
    How far the clock of an OAuth provider may be off.
sasl.oauthbearer.expected.audience | LIST | "" |  | high | read-only | later
    Audiences that an OAuth token may name.
sasl.oauthbearer.expected.issuer | STRING | null |  | high | read-only | later
    Issuer that an OAuth token must name.
sasl.oauthbearer.jwks.endpoint.refresh.ms | LONG | 3600000 |  | low | read-only | later
    How often the keys of an OAuth provider are fetched.
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms | LONG | 10000 |  | low | read-only | later
    Longest pause before those keys are fetched again after a failure.
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms | LONG | 100 |  | low | read-only | later
    First pause before those keys are fetched again after a failure.
sasl.oauthbearer.jwks.endpoint.url | STRING | null |  | medium | read-only | later
    Where the keys of an OAuth provider are.
sasl.oauthbearer.jwt.retriever.class | CLASS | org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever |  | medium | read-only | ignored
    A Java class that fetches OAuth tokens.
sasl.oauthbearer.jwt.validator.class | CLASS | org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator |  | medium | read-only | ignored
    A Java class that validates OAuth tokens.
sasl.oauthbearer.scope | STRING | null |  | medium | read-only | ignored
    Scope that is asked for from an OAuth provider.
sasl.oauthbearer.scope.claim.name | STRING | scope |  | low | read-only | later
    Claim of an OAuth token that holds its scope.
sasl.oauthbearer.sub.claim.name | STRING | sub |  | low | read-only | later
    Claim of an OAuth token that holds its subject.
sasl.oauthbearer.token.endpoint.url | STRING | null |  | medium | read-only | ignored
    Where OAuth tokens are fetched.
sasl.server.callback.handler.class | CLASS | null |  | medium | read-only | ignored
    A Java class that verifies credentials.
sasl.server.max.receive.size | INT | 524288 |  | medium | read-only | later
    Largest message of a SASL exchange.
super.users | STRING | null |  | high | read-only | later
    Principals who may do everything, parted by semicolons.
`,
);
