//! Templates: built into the program or from the theme folder, escaped by default, bounded in what they may compute.

use super::theme::{self, Files, Listing, Problem};
use super::{accent, static_files};
use crate::{Result, error::Context};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use rust_embed::RustEmbed;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

#[derive(RustEmbed)]
#[folder = "templates"]
struct BuiltIn;

pub struct Templates {
    folder: PathBuf,
    current: RwLock<Arc<Dressing>>,
}

/// The templates in force, and what they are made of.
struct Dressing {
    /// None without a theme.
    themed: Option<Environment<'static>>,
    plain: Environment<'static>,
    assets: Arc<HashMap<String, Vec<u8>>>,
    listing: Listing,
    problems: Arc<Mutex<BTreeSet<Problem>>>,
}

impl Templates {
    /// With the theme in a data folder, if there is one.
    pub fn open(data: &Path) -> Result<Templates> {
        let folder = data.join("theme");
        let current = Dressing::of(theme::listing(&folder))?;
        Ok(Templates { folder, current: RwLock::new(Arc::new(current)) })
    }

    fn current(&self) -> Arc<Dressing> {
        self.current.read().expect("no panic while held").clone()
    }

    /// Takes up a theme that has changed; whether it has.
    pub(super) fn look_again(&self) -> bool {
        let listing = theme::listing(&self.folder);
        if listing == self.current().listing {
            return false;
        }
        match Dressing::of(listing) {
            Ok(dressing) => {
                *self.current.write().expect("no panic while held") = Arc::new(dressing);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the theme could not be taken up");
                false
            }
        }
    }

    /// A theme's template that fails is told of, and the built-in ones are rendered in its stead.
    pub fn render(&self, name: &str, shown: impl serde::Serialize) -> Result<String> {
        let dressing = self.current();
        let shown = minijinja::Value::from(minijinja::value::Serde(shown));
        let Some(themed) = &dressing.themed else { return rendered(&dressing.plain, name, &shown) };
        let error = match themed.get_template(name).and_then(|template| template.render(&shown)) {
            Ok(html) => return Ok(html),
            Err(error) => error,
        };
        let html = rendered(&dressing.plain, name, &shown)?;
        let problem = theme::problem(&error);
        tracing::warn!(%problem, "a template of the theme failed");
        dressing.problems.lock().expect("no panic while held").insert(problem);
        Ok(html)
    }

    /// What is wrong with the theme, as far as is known: some of it shows only where a page is rendered.
    pub fn problems(&self) -> Vec<Problem> {
        self.current().problems.lock().expect("no panic while held").iter().cloned().collect()
    }

    pub(super) fn has_theme(&self) -> bool {
        !self.current().listing.is_empty()
    }

    /// A stylesheet or the icon, where the theme has one of its own.
    pub(super) fn asset(&self, name: &str) -> Option<Vec<u8>> {
        self.current().assets.get(name).cloned()
    }

    pub(super) fn escape(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    }
}

fn rendered(environment: &Environment, name: &str, shown: &minijinja::Value) -> Result<String> {
    let template = environment.get_template(name).internal("no such template")?;
    template.render(shown).map_err(|e| crate::Error::Internal(format!("{name}: {e:#}")))
}

impl Dressing {
    fn of(listing: Listing) -> Result<Dressing> {
        let Files { templates, assets, problems } = theme::read(&listing, static_files::is_built_in);
        let assets = Arc::new(assets);
        let problems = Arc::new(Mutex::new(problems.into_iter().collect::<BTreeSet<_>>()));
        let mut themed = None;
        if !templates.is_empty() {
            let mut environment = environment(&assets, &problems)?;
            for (name, text) in templates {
                if let Err(error) = environment.add_template_owned(name, text) {
                    problems.lock().expect("no panic while held").insert(theme::problem(&error));
                }
            }
            themed = Some(environment);
        }
        Ok(Dressing { themed, plain: environment(&assets, &problems)?, assets, listing, problems })
    }
}

fn environment(
    assets: &Arc<HashMap<String, Vec<u8>>>,
    problems: &Arc<Mutex<BTreeSet<Problem>>>,
) -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    // The built-in way writes `/` as `&#x2f;`, which no page needs and which makes addresses unreadable to people and scripts.
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            out.write_str(&Templates::escape(text)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    let assets = assets.clone();
    environment.add_function("asset", move |name: String, accent: Option<String>| {
        let own = assets.get(&name).map(Vec::as_slice);
        static_files::address(&name, own, accent.as_deref().and_then(accent::hex))
    });
    let problems = problems.clone();
    environment.add_function("theme_problems", move || {
        let problems = problems.lock().expect("no panic while held");
        problems.iter().map(Problem::to_string).collect::<Vec<_>>()
    });
    environment.set_fuel(Some(5_000_000));
    for name in BuiltIn::iter() {
        let file = BuiltIn::get(&name).expect("listed files are there");
        let text = String::from_utf8_lossy(&file.data).into_owned();
        environment
            .add_template_owned(name.to_string(), text)
            .internal(format!("the template {name} is broken"))?;
    }
    Ok(environment)
}
