//! Native PostgreSQL enums as Rust enums, by one house macro.

/// Declares an enum stored as the native PostgreSQL enum behind `sql_types::$marker`, with `ALL`, `as_str`, `label`, `FromStr`, serde and a JSON Schema.
///
/// Each variant is written `Variant = "database_word" : "Label people read"`.
#[macro_export]
macro_rules! pg_enum {
    ($(#[$meta:meta])* $name:ident as $marker:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal : $label:literal),+ $(,)? }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        $(#[$meta])*
        #[diesel(sql_type = $crate::kernel::sql_types::$marker)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in the database, in URLs and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The words people read.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { out.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::enums::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err($crate::kernel::enums::UnknownWord) }
            }
        }

        impl diesel::serialize::ToSql<$crate::kernel::sql_types::$marker, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                std::io::Write::write_all(out, self.as_str().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<$crate::kernel::sql_types::$marker, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let word = std::str::from_utf8(bytes.as_bytes())?;
                word.parse().map_err(|_| format!("unknown {} value {word:?}", stringify!($marker)).into())
            }
        }
    };
}

/// A word that is none of an enum's values.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("that is not one of the choices")]
pub struct UnknownWord;
