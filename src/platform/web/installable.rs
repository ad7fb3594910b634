//! What makes a page something that can be put on a home screen (W3C Web Application Manifest).

use serde_json::json;

use super::assets;

/// A page that can be put on a home screen.
#[derive(Debug, Clone, Copy)]
pub struct Installable {
    /// Where it begins, which is also how it is known.
    pub page: &'static str,
    pub name: &'static str,
    pub description: &'static str,
}

impl Installable {
    /// Its manifest.
    pub fn manifest(&self) -> String {
        let icon = |file: &str, sizes: &str, purpose: &str| json!({ "src": assets::url(file), "sizes": sizes, "type": "image/png", "purpose": purpose });
        json!({
            "id": self.page,
            "name": self.name,
            "short_name": "Waymark",
            "description": self.description,
            "start_url": self.page,
            "scope": "/",
            "display": "standalone",
            "lang": "en",
            "background_color": "#f1f2f5",
            "theme_color": "#2450c8",
            "icons": [
                icon("icons/app-192.png", "192x192", "any"),
                icon("icons/app-512.png", "512x512", "any"),
                icon("icons/app-maskable.png", "512x512", "maskable"),
            ],
        })
        .to_string()
    }
}
