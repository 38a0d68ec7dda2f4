//! Who asks, in tests of everything but accounts: somebody who is owner of the tenant and operator of the host, and signed in for ever.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::map_request;
use entrepot_accounts::hashed;
use entrepot_domain::TenantId;
use entrepot_server::host::Host;
use entrepot_store::people::sessions::NewSession;

/// For ever, and no clock of a test gets there.
const FOR_EVER: i64 = i64::MAX / 4;

/// What the cookie of that session holds.
pub fn session_of(tenant: &TenantId) -> String {
    format!("signed-in-for-{tenant}")
}

/// As a header, whatever name the cookie has here.
pub fn cookie_of(tenant: &TenantId) -> String {
    let token = session_of(tenant);
    format!("entrepot={token}; __Host-entrepot={token}")
}

/// Written past the use cases: it leaves nothing in the audit log, which many tests count.
pub async fn prepare(host: &Host, tenant: &TenantId) {
    let now = host.db.clock().now();
    let (user, session) = (format!("usr_of_{tenant}"), format!("ses_of_{tenant}"));
    let mut tx = host.db.begin().await.expect("begins");
    let new = tx.insert_user(&user, &format!("{tenant}@example.com"), "Test", Some(now), now).await.expect("a user");
    if !new {
        return;
    }
    tx.give_host_role(&user, "operator", "test", now).await.expect("an operator");
    // Of a program, though it has a cookie's token: when it was used is not written down.
    tx.insert_session(&NewSession {
        id: &session,
        token_hash: Some(&hashed(&session_of(tenant))),
        user: &user,
        tenant: Some(tenant.as_str()),
        kind: "api",
        second_factor: true,
        address: "test",
        agent: "test",
        now,
        expires_at: FOR_EVER,
    })
    .await
    .expect("a session");
    tx.commit().await.expect("stored");
    let mut tx = host.db.tenant(tenant).begin().await.expect("begins");
    tx.put_member(&user, "owner", "test", Some(now)).await.expect("an owner");
    tx.commit().await.expect("stored");
}

/// Whoever shows nothing asks as that somebody.
pub fn signed_in(web: Router, tenant: &TenantId) -> Router {
    let cookie = HeaderValue::from_str(&cookie_of(tenant)).expect("a header");
    web.layer(map_request(move |mut request: Request| {
        let cookie = cookie.clone();
        async move {
            let shows = [header::AUTHORIZATION, header::COOKIE].iter().any(|name| request.headers().contains_key(name));
            if !shows {
                request.headers_mut().insert(header::COOKIE, cookie);
                // As browsers do.
                if !["sec-fetch-site", "origin"].iter().any(|name| request.headers().contains_key(*name)) {
                    request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
                }
            }
            request
        }
    }))
}
