-- The bot's tokens while Slack's token rotation is on: a refresh token works once, so the newest pair is kept here and
-- wins over the configuration's. Secrets, as the configuration's are.
create table slack_token (
    -- 'bot': there is one
    id text not null primary key,
    -- digest of the refresh token of the configuration that the pair came from; another one begins anew
    origin text not null,
    access_token text not null,
    refresh_token text not null,
    -- 0: not known yet
    expires_at bigint not null,
    renewed_at bigint not null,
    -- until then one process has the renewal to itself; 0: nobody
    renewing_until bigint not null
);
