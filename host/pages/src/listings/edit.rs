//! Changing what is set of a listing.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_core::AppError;
use entrepot_listings::ListingLook;
use serde::Deserialize;

use super::form::{Field, Made, PICTURES, Picture, VARIANTS, VariantFields};
use super::posted::{Posted, Wrong, change, read};
use super::values::category;
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::segment;
use crate::visitor::Visitor;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Way {
    /// description: it begins with the shop's
    copy: String,
}

#[derive(Template)]
#[template(path = "listings/edit.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    version: i64,
    wrong: Option<String>,
    summary: Vec<(String, String)>,
    texts: Vec<Field>,
    /// The shop has a description to begin with.
    can_copy: bool,
    amounts: Vec<Field>,
    variants: Vec<VariantFields>,
    more_variants: usize,
    pictures: Vec<Picture>,
    more_pictures: usize,
    new_picture: String,
    own_pictures: bool,
    category: String,
    asked: bool,
    category_fields: Vec<Field>,
    of_variants: Vec<String>,
}

impl Page {
    fn new(visitor: &Visitor, made: &Made<'_>, wrong: Option<String>) -> Self {
        let look = made.look;
        let title = look.report.title.clone().unwrap_or_else(|| look.report.id.clone());
        let of_all = |all: &[Field]| -> Vec<(String, String)> {
            let wrong = all.iter().filter(|field| field.problem.is_some() || field.now.is_some());
            wrong.map(|field| (field.label.clone(), field.name.clone())).collect()
        };
        let (texts, amounts, category_fields) = (made.texts(), made.amounts(), made.category_fields());
        let (variants, pictures) = (made.variants(), made.pictures());
        let mut summary = [of_all(&texts), of_all(&amounts), of_all(&category_fields)].concat();
        let of_variants = variants.iter().flat_map(|of| [&of.price, &of.compare_at]);
        summary.extend(
            of_variants.filter(|field| field.problem.is_some()).map(|field| (field.label.clone(), field.name.clone())),
        );
        let misplaced = pictures.iter().enumerate().filter(|(_, picture)| picture.problem.is_some());
        summary.extend(misplaced.map(|(at, _)| (format!("Picture {}", at + 1), format!("place.{at}"))));
        let all_variants = look.effective.as_ref().map_or(0, |all| all.product.variants.len());
        let all_pictures = look.effective.as_ref().map_or(0, |all| all.product.media.len());
        Self {
            frame: visitor.frame(Section::Listings, format!("Change {title}")),
            id: look.report.id.clone(),
            version: look.report.version,
            can_copy: look.source.as_ref().is_some_and(|source| source.description_html.is_some()),
            more_variants: all_variants.saturating_sub(VARIANTS),
            more_pictures: all_pictures.saturating_sub(PICTURES),
            new_picture: made.posted.and_then(|posted| posted.get("new_picture").cloned()).unwrap_or_default(),
            own_pictures: look.set.images.is_some(),
            category: category(look),
            asked: look.fields.is_some(),
            of_variants: made.of_variants(),
            title,
            wrong,
            summary,
            texts,
            amounts,
            variants,
            pictures,
            category_fields,
        }
    }
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(way): Query<Way>,
) -> Result<Response, Failure> {
    let look = app.cases.listings.look(visitor.tenant(), &id).await?;
    let (wrong, copies) = (Wrong::new(), way.copy == "description");
    let made = Made { look: &look, posted: None, wrong: &wrong, stale: false, copies };
    Ok(page(&Page::new(&visitor, &made, None)))
}

pub(crate) async fn save(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostedForm(pairs): PostedForm<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let posted = read(pairs);
    let look = app.cases.listings.look(visitor.tenant(), &id).await?;
    let change = match change(&look, &posted) {
        Ok(change) => change,
        Err(wrong) => return Ok(refused(&visitor, &look, &posted, &wrong, None)),
    };
    if change.set.is_none() && change.fields.is_none() {
        return Ok(see(format!("/listings/{}", segment(&id))));
    }
    match app.cases.listings.change(&visitor.context, &id, change).await {
        Ok(()) => Ok(see(format!("/listings/{}", segment(&id)))),
        Err(AppError::ListingChanged(_)) => {
            // As it is now: it may have been changed in this very moment.
            let look = app.cases.listings.look(visitor.tenant(), &id).await?;
            let newer = "Somebody else changed this listing while the form was open. What you typed is below, and beside it what is set by now. Save \
                         again to have yours.";
            let wrong = Wrong::new();
            let made = Made { look: &look, posted: Some(&posted), wrong: &wrong, stale: true, copies: false };
            Ok(with_status(StatusCode::CONFLICT, &Page::new(&visitor, &made, Some(newer.to_owned()))))
        }
        Err(AppError::Listing(why)) => {
            let (wrong, whole) = placed(&sentence(&why));
            Ok(refused(&visitor, &look, &posted, &wrong, whole))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(visitor: &Visitor, look: &ListingLook, posted: &Posted, wrong: &Wrong, whole: Option<String>) -> Response {
    let made = Made { look, posted: Some(posted), wrong, stale: false, copies: false };
    with_status(StatusCode::UNPROCESSABLE_ENTITY, &Page::new(visitor, &made, whole))
}

/// What is wrong at its field, where the words say which it is.
fn placed(why: &str) -> (Wrong, Option<String>) {
    let begins = [("The title", "title"), ("Seo_slug", "seo_slug"), ("Cleaning the description", "description")];
    match begins.into_iter().find(|(words, _)| why.starts_with(words)) {
        Some((_, name)) => ([(name.to_owned(), why.to_owned())].into(), None),
        None => (Wrong::new(), Some(why.to_owned())),
    }
}
