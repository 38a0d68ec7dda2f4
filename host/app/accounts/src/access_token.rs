//! Access tokens: JWTs of a quarter of an hour, signed with a key that is made from the master key. They prove which session asks; what it
//! may do is looked up, so that one that was signed out is worth nothing.
// See docs/decisions/0060-principals.md

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{SessionId, UserId};
use entrepot_vault::KeyRing;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::AccountError;

/// Milliseconds for which a token counts.
pub(crate) const LIFETIME_MS: i64 = 15 * 60_000;
/// By how much clocks of hosts may differ, and of what has run out counts nevertheless.
const LEEWAY_MS: i64 = 60_000;
const AUDIENCE: &str = "entrepot-api";
const PURPOSE: &str = "access tokens";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    /// Seconds since 1970.
    iat: i64,
    exp: i64,
}

/// `issuer`: where others reach this host.
pub(crate) fn sign(
    keys: &KeyRing,
    issuer: &str,
    user: &UserId,
    session: &SessionId,
    now: Timestamp,
) -> Result<String, AccountError> {
    install();
    let derived = keys.derive_each(PURPOSE)?;
    let (id, key) = derived.first().ok_or_else(|| AccountError::Internal("there is no master key".to_owned()))?;
    let header = Header { kid: Some(id.clone()), ..Header::new(Algorithm::HS256) };
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user.to_string(),
        sid: session.to_string(),
        iat: now.div_euclid(1_000),
        exp: (now + LIFETIME_MS).div_euclid(1_000),
    };
    let signed = EncodingKey::from_secret(key.as_slice()).and_then(|key| jsonwebtoken::encode(&header, &claims, &key));
    signed.map_err(|error| AccountError::Internal(format!("an access token cannot be signed: {error}")))
}

/// The session that the token was made for; `None`: it is none of ours, was altered, or has run out.
pub(crate) fn verify(
    keys: &KeyRing,
    issuer: &str,
    token: &str,
    now: Timestamp,
) -> Result<Option<(UserId, SessionId)>, AccountError> {
    install();
    let Ok(header) = jsonwebtoken::decode_header(token) else { return Ok(None) };
    let derived = keys.derive_each(PURPOSE)?;
    let Some((_, key)) = derived.iter().find(|(id, _)| Some(id) == header.kid.as_ref()) else { return Ok(None) };
    let mut validation = Validation::new(Algorithm::HS256);
    // By the host's clock, below.
    validation.validate_exp = false;
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    let Ok(key) = DecodingKey::from_secret(key.as_slice()) else { return Ok(None) };
    let Ok(read) = jsonwebtoken::decode::<Claims>(token, &key, &validation) else { return Ok(None) };
    let claims = read.claims;
    // One of a host whose clock is ahead counts: it is our own. None counts for longer than it was made for, however long its text says.
    let made = claims.exp.saturating_sub(claims.iat).saturating_mul(1_000);
    let counts = (0..=LIFETIME_MS + 1_000).contains(&made) && claims.exp.saturating_mul(1_000) > now - LEEWAY_MS;
    Ok(counts.then(|| (UserId::from(claims.sub), SessionId::from(claims.sid))))
}

/// HS256 and nothing else: a token of any other algorithm finds nobody who could verify it.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

fn install() {
    // Once for a process; whoever comes second finds it done.
    let _ = PROVIDER.install_default();
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, key: &[u8]) -> Result<Self, Error> {
        if algorithm != Algorithm::HS256 || family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(key).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Ok(Box::new(Hs256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        // In constant time.
        mac.verify_slice(signature).map_err(signature::Error::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests;
