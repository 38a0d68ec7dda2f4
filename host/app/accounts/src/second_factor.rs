//! Codes of an authenticator (RFC 6238), and recovery codes for whoever lost it.

use entrepot_core::second_factor_place;
use entrepot_domain::{Secret, UserId};
use entrepot_store::Tx;
use entrepot_store::people::users::UserRow;
use totp_rs::{Builder, Secret as TotpSecret, Totp};
use url::form_urlencoded::byte_serialize;

use crate::tokens::hashed;
use crate::{AccountError, Accounts};

const RECOVERY_CODES: usize = 10;
const RECOVERY_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Seconds for which a code counts, before and after which the ones beside it count, too.
const STEP: i64 = 30;

/// To be shown once, as text and as an address for authenticators.
#[derive(Debug)]
pub struct NewSecondFactor {
    /// Base32.
    pub secret: Secret,
    pub url: Secret,
}

impl Accounts {
    /// Whether the sign-in is one with a second factor.
    pub(crate) async fn check_second_factor(
        &self,
        tx: &mut Tx,
        user: &UserRow,
        code: Option<&str>,
    ) -> Result<bool, AccountError> {
        let Some(sealed) = &user.totp else { return Ok(false) };
        let code = code.ok_or(AccountError::SecondFactorNeeded)?;
        // Of a code that was typed with a blank in its middle.
        let code: String = code.chars().filter(|c| !c.is_whitespace()).take(64).collect();
        let taken = match self.step_of(&self.open(&user.id, sealed)?, &code)? {
            Some(step) => tx.take_totp_step(&user.id, step).await?,
            None => {
                let code = hashed(&code.to_lowercase().replace('-', ""));
                tx.take_recovery_code(&user.id, &code, self.now()).await?
            }
        };
        if taken { Ok(true) } else { Err(AccountError::SecondFactorWrong) }
    }

    /// The step that the code is of.
    fn step_of(&self, totp: &Totp, code: &str) -> Result<Option<i64>, AccountError> {
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let seconds = u64::try_from(self.now().div_euclid(1_000)).unwrap_or(0);
        Ok(totp.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
    }

    fn open(&self, user: &str, sealed: &[u8]) -> Result<Totp, AccountError> {
        let secret = self.services().keys().open(&second_factor_place(user), sealed)?;
        totp(secret.expose())
    }

    /// Begins to set one up; it counts once a code of it was shown.
    pub async fn begin_second_factor(&self, user: &UserId, password: &str) -> Result<NewSecondFactor, AccountError> {
        let row = self.own(user).await?;
        self.prove_password(&row, password).await?;
        let secret = Secret::new(TotpSecret::from(rand::random::<[u8; 20]>()).to_base32());
        let sealed = self.services().keys().seal(&second_factor_place(&row.id), secret.expose())?;
        let mut tx = self.db().begin().await?;
        tx.begin_totp(&row.id, &sealed).await?;
        tx.commit().await?;
        let account: String = byte_serialize(row.email.as_bytes()).collect();
        let url = Secret::new(format!(
            "otpauth://totp/Entrepot:{account}?secret={}&issuer=Entrepot&algorithm=SHA1&digits=6&period={STEP}",
            secret.expose()
        ));
        Ok(NewSecondFactor { secret, url })
    }

    /// From now on it is asked for. Recovery codes, to be shown once. Other sessions end: they were begun without it.
    pub async fn confirm_second_factor(
        &self,
        user: &UserId,
        session: &str,
        code: &str,
    ) -> Result<Vec<Secret>, AccountError> {
        let row = self.own(user).await?;
        let nothing =
            || AccountError::Conflict("no second factor is being set up; begin with POST /api/v1/me/totp".to_owned());
        let sealed = row.totp_new.as_ref().ok_or_else(nothing)?;
        self.count_try(&hashed(&row.email)).await?;
        let step = self.step_of(&self.open(&row.id, sealed)?, code.trim())?.ok_or(AccountError::SecondFactorWrong)?;
        let codes: Vec<Secret> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
        let hashes: Vec<String> = codes.iter().map(|code| hashed(&code.expose().replace('-', ""))).collect();
        let mut tx = self.db().begin().await?;
        if !tx.confirm_totp(&row.id, sealed, step).await? {
            return Err(nothing());
        }
        tx.put_recovery_codes(&row.id, &hashes).await?;
        tx.clear_sign_in_failures(&hashed(&row.email)).await?;
        tx.end_sessions(&row.id, session, self.now(), "totp").await?;
        tx.session_with_second_factor(session).await?;
        self.record(&mut tx, &row.id, "second factor set up", &serde_json::json!({"user": row.id})).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Somebody gives up their second factor, with their password.
    pub async fn remove_second_factor(&self, user: &UserId, password: &str) -> Result<(), AccountError> {
        let row = self.own(user).await?;
        self.prove_password(&row, password).await?;
        let mut tx = self.db().begin().await?;
        tx.remove_totp(&row.id).await?;
        self.record(&mut tx, &row.id, "second factor removed", &serde_json::json!({"user": row.id})).await?;
        self.notify(&mut tx, &row.email, "totp_removed").await?;
        Ok(tx.commit().await?)
    }
}

fn totp(base32: &str) -> Result<Totp, AccountError> {
    let broken = |_| AccountError::Internal("a second factor cannot be read".to_owned());
    let secret = TotpSecret::try_from_base32(base32).map_err(broken)?;
    let step = STEP.unsigned_abs();
    let made = Builder::new().with_secret(secret).with_step_duration(step).build();
    made.map_err(|error| AccountError::Internal(format!("a second factor cannot be read: {error}")))
}

/// 50 bits, in two parts that can be read aloud.
fn recovery_code() -> Secret {
    let bytes = rand::random::<[u8; 10]>();
    let mut text: String = bytes.iter().map(|byte| char::from(RECOVERY_LETTERS[usize::from(byte % 32)])).collect();
    text.insert(5, '-');
    Secret::new(text)
}
