//! Signing in. The same work and the same answer, whether there is such an account or not.
// See docs/decisions/0061-passwords.md

use entrepot_domain::email::EmailAddress;
use entrepot_domain::{TenantId, password};
use entrepot_metrics::Metric;
use entrepot_store::people::memberships::MembershipRow;
use entrepot_store::people::users::UserRow;

use crate::hashing::Turn;
use crate::principal::host_roles;
use crate::sessions::{Client, SessionKind, SignedIn};
use crate::tokens::hashed;
use crate::{AccountError, Accounts};

/// Tries of one account within the window; the next one waits for its end.
const MAX_FAILURES: i64 = 10;
const WINDOW_MS: i64 = 15 * 60_000;

/// What somebody gives to sign in.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// Of the authenticator, or a recovery code.
    pub code: Option<&'a str>,
    /// Name or id; of somebody who belongs to several.
    pub tenant: Option<&'a str>,
    pub kind: SessionKind,
    /// What the browser's cookie held: that session ends.
    pub replaces: Option<&'a str>,
}

impl Accounts {
    pub async fn sign_in(&self, given: SignIn<'_>, client: &Client) -> Result<SignedIn, AccountError> {
        let outcome = self.signed_in(given, client).await;
        let word = match &outcome {
            Ok(_) => "ok",
            Err(AccountError::Locked { .. }) => "locked",
            Err(AccountError::Busy) => "busy",
            Err(AccountError::SecondFactorNeeded | AccountError::SecondFactorWrong) => "second_factor",
            Err(error) if error.of_the_database().is_some() => return outcome,
            Err(_) => "refused",
        };
        self.services().metrics().add(Metric::SignIns, &[word], 1);
        outcome
    }

    async fn signed_in(&self, given: SignIn<'_>, client: &Client) -> Result<SignedIn, AccountError> {
        let turn = self.hasher().queue()?;
        let email = EmailAddress::parse(given.email).ok();
        // What is no address has failures of its own, like any other.
        let beginning: String = given.email.chars().take(300).collect();
        let subject = hashed(email.as_ref().map_or(beginning.as_str(), EmailAddress::as_str));
        self.count_try(&subject).await?;
        let user = self.proved(&turn, email.as_ref(), given.password).await?;
        let user = user.filter(UserRow::is_active).ok_or(AccountError::Credentials)?;
        let mut tx = self.db().begin().await?;
        let second_factor = self.check_second_factor(&mut tx, &user, given.code).await?;
        let memberships = self.db().memberships(&user.id).await?;
        let tenant = chosen(&memberships, given.tenant)?;
        tx.clear_sign_in_failures(&subject).await?;
        if let Some(token) = given.replaces {
            tx.end_session_by_token(&hashed(token), self.now(), "replaced").await?;
        }
        let (session, door) =
            self.begin_session(&mut tx, &user, tenant.as_ref(), given.kind, second_factor, client).await?;
        tx.commit().await?;
        let roles = host_roles(user.is_operator, user.is_reviewer);
        Ok(SignedIn {
            second_factor_missing: self.options().require_totp && !second_factor && !roles.is_empty(),
            user: user.id.as_str().into(),
            email: user.email,
            name: user.name,
            session,
            tenant,
            tenants: memberships,
            door,
        })
    }

    /// Counts a try before it is made, so that of many at the same moment no more are looked at. Those that succeed are taken back.
    pub(crate) async fn count_try(&self, subject: &str) -> Result<(), AccountError> {
        let (now, since) = (self.now(), self.now() - WINDOW_MS);
        let mut failures = self.db().sign_in_failures(subject, since, now).await?;
        if failures.count < MAX_FAILURES {
            let mut tx = self.db().begin().await?;
            failures = tx.add_sign_in_failure(subject, since, now).await?;
            tx.commit().await?;
            if failures.count <= MAX_FAILURES {
                return Ok(());
            }
        }
        let seconds = (failures.first_at + WINDOW_MS + 60_000 - now).max(1_000).div_euclid(1_000);
        Err(AccountError::Locked { seconds: u64::try_from(seconds).unwrap_or(1) })
    }

    /// The account, if the password is its own. It takes as long where there is none.
    async fn proved(
        &self,
        turn: &Turn,
        email: Option<&EmailAddress>,
        given: &str,
    ) -> Result<Option<UserRow>, AccountError> {
        let user = match email {
            Some(email) => self.db().user_by_email(email.as_str()).await?,
            None => None,
        };
        let known = user.as_ref().and_then(|user| user.password.clone());
        let fits = self.hasher().verify(turn, password::normalised(given), known).await?;
        Ok(user.filter(|_| fits))
    }

    /// Somebody who is signed in proves that it is them. Failures count as those of a sign-in.
    pub(crate) async fn prove_password(&self, user: &UserRow, given: &str) -> Result<Turn, AccountError> {
        let turn = self.hasher().queue()?;
        let subject = hashed(&user.email);
        self.count_try(&subject).await?;
        if !self.hasher().verify(&turn, password::normalised(given), user.password.clone()).await? {
            return Err(AccountError::Forbidden("the password is wrong".to_owned()));
        }
        let mut tx = self.db().begin().await?;
        tx.clear_sign_in_failures(&subject).await?;
        tx.commit().await?;
        Ok(turn)
    }
}

/// The only one, or the one that is named.
fn chosen(memberships: &[MembershipRow], named: Option<&str>) -> Result<Option<TenantId>, AccountError> {
    let Some(named) = named else {
        return Ok(match memberships {
            [only] => Some(only.tenant_id.as_str().into()),
            _ => None,
        });
    };
    let found = memberships.iter().find(|of| of.tenant_id == named || of.tenant == named);
    match found {
        Some(found) => Ok(Some(found.tenant_id.as_str().into())),
        None => Err(AccountError::Refused(format!(
            "you are no member of a tenant {named:?}; sign in without a tenant, and the answer lists yours"
        ))),
    }
}
