//! From a request to an answer.

use serde_json::{Value, json};

use super::answers::{list, not_found, ok, refusal};
use super::model::Listing;
use super::parameters::{Route, ids, includes};
use super::render::{self, With};
use super::store::{State, Store};
use super::{auth, lists, oauth, writes};
use crate::server::{Answer, Request, Site};

impl Site for Store {
    fn answer(&self, request: &Request) -> Answer {
        self.comes(request);
        let mut state = self.state();
        match request.path.as_str() {
            "/oauth/connect" => oauth::connect(&mut state, request),
            "/v3/public/oauth/token" => oauth::token(&mut state, request),
            path => match path.strip_prefix("/v3/application") {
                Some(path) => application(&mut state, request, path),
                None => not_found(),
            },
        }
    }
}

fn application(state: &mut State, request: &Request, path: &str) -> Answer {
    if let Err(refused) = auth::app(state, request) {
        return refused;
    }
    let State { quota, options, .. } = state;
    if let Err(refused) = quota.take(options) {
        return refused;
    }
    let mut answer = resource(state, request, path).unwrap_or_else(|refused| refused);
    state.quota.tell(&state.options, &mut answer);
    answer
}

fn resource(state: &mut State, request: &Request, path: &str) -> Result<Answer, Answer> {
    if request.method != http::Method::GET {
        return writes::answer(state, request, path);
    }
    let (route, numbers) = Route::find(path).ok_or_else(not_found)?;
    let owner = auth::owner(state, request, route.scope)?;
    route.check(request)?;
    let own = numbers.first() == Some(&state.options.shop_id);
    if route.path.starts_with("/shops/*") && !own {
        let public = route.scope.is_none();
        return Err(if public { not_found() } else { refusal(403, "User does not own the shop") });
    }
    // Each look is a view: what changes by itself.
    state.views += 1;
    let with = With { media: false, owner, shop_scoped: false };
    Ok(match route.operation {
        "ping" => ok(&json!({"application_id": 77_700_001})),
        "getMe" => ok(&json!({"user_id": state.options.user_id, "shop_id": state.options.shop_id})),
        "getShop" => ok(&render::shop(state)),
        "getShopSections" => list(state.sections.len(), render::sections(state)),
        "getShopReadinessStateDefinitions" => {
            let mut all: Vec<_> = render::profiles(state).into_iter().map(|id| render::profile(state, id)).collect();
            let count = all.len();
            // Paged, this list loses records.
            if request.parameter("offset").is_some() {
                all.pop();
            }
            list(count, all)
        }
        "getSellerTaxonomyNodes" => {
            let roots = render::nodes(state, None, &[]);
            list(roots.len(), roots)
        }
        "getListingsByShop" => {
            let wanted = request.parameter("state").unwrap_or_else(|| "active".into());
            let all = lists::in_state(state, &wanted);
            let with = With { media: true, shop_scoped: true, ..with };
            let page = lists::page(&all, request).iter().map(|listing| shown(state, request, listing, with));
            list(all.len(), page.collect())
        }
        "getListingsByListingIds" => {
            let public = state.options.batch_public_only;
            let found = ids(request).into_iter().filter_map(|id| state.listings.get(&id));
            let found = found.filter(|listing| if public || !owner { listing.state == "active" } else { true });
            let found: Vec<_> =
                found.map(|listing| shown(state, request, listing, With { media: true, ..with })).collect();
            list(found.len(), found)
        }
        "getListingsInventoryByListingIds" => {
            let found: Option<Vec<_>> = ids(request).iter().map(|id| state.listings.get(id)).collect();
            // One unknown id, and nothing of the others.
            let found = found.ok_or_else(not_found)?;
            let one = |listing: &&Listing| {
                let mut value = render::listing(state, listing, with);
                value["inventory"] = render::inventory(state, listing, owner);
                value
            };
            list(found.len(), found.iter().map(one).collect())
        }
        "getShopShippingProfiles" => {
            let profiles = &state.options.shipping_profiles;
            list(
                profiles.len(),
                profiles.iter().map(|(id, title)| render::shipping_profile(state, *id, title)).collect(),
            )
        }
        "getShopReturnPolicies" => {
            let policies = &state.options.return_policies;
            list(policies.len(), policies.iter().map(|id| render::return_policy(state, *id)).collect())
        }
        "getPropertiesByTaxonomyId" => {
            let node = numbers.first().filter(|id| state.taxonomy.contains_key(id)).ok_or_else(not_found)?;
            let known = state.node_properties.get(node).map(Vec::as_slice).unwrap_or_default();
            list(known.len(), known.iter().map(render::node_property).collect())
        }
        "getListingInventory" => {
            let found = numbers.first().and_then(|id| state.listings.get(id)).ok_or_else(not_found)?;
            ok(&render::inventory(state, found, owner))
        }
        "getListingImages" => {
            let found = numbers.first().and_then(|id| state.listings.get(id)).ok_or_else(not_found)?;
            let images = found.images.iter().enumerate().map(|(at, image)| render::picture(state, found, at, image));
            list(found.images.len(), images.collect())
        }
        "getListingVariationImages" => {
            let id = numbers.get(1).filter(|id| state.listings.contains_key(id)).ok_or_else(not_found)?;
            ok(&writes::variation_images(state, *id))
        }
        _ => {
            let found = numbers.first().and_then(|id| state.listings.get(id));
            let found = found.filter(|listing| owner || listing.state == "active").ok_or_else(not_found)?;
            ok(&shown(state, request, found, With { media: true, shop_scoped: true, ..with }))
        }
    })
}

/// A listing with what was asked to be included.
fn shown(state: &State, request: &Request, listing: &Listing, with: With) -> Value {
    let mut value = render::listing(state, listing, with);
    if !includes(request, "Images") {
        value["images"] = json!([]);
    }
    if !includes(request, "Videos") {
        value["videos"] = json!([]);
    }
    if includes(request, "Inventory") {
        value["inventory"] = render::inventory(state, listing, with.owner);
    }
    value
}
