//! Templates: built into the program, escaped by default, bounded in what they may compute.

use super::{accent, static_files};
use crate::{Result, error::Context};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates"]
struct BuiltIn;

pub struct Templates(Environment<'static>);

impl Templates {
    pub fn built_in() -> Result<Templates> {
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
        environment.add_function("asset", |name: String, accent: Option<String>| {
            static_files::address(&name, accent.as_deref().and_then(accent::hex))
        });
        environment.set_fuel(Some(5_000_000));
        for name in BuiltIn::iter() {
            let file = BuiltIn::get(&name).expect("listed files are there");
            let text = String::from_utf8_lossy(&file.data).into_owned();
            environment
                .add_template_owned(name.to_string(), text)
                .internal(format!("the template {name} is broken"))?;
        }
        Ok(Templates(environment))
    }

    pub(super) fn render(&self, name: &str, shown: impl serde::Serialize) -> Result<String> {
        let template = self.0.get_template(name).internal("no such template")?;
        template
            .render(minijinja::value::Serde(shown))
            .map_err(|e| crate::Error::Internal(format!("{name}: {e:#}")))
    }

    pub(super) fn escape(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    }
}
