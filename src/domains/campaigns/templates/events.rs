//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{TemplateId, TemplateVersionId};

events! {
    TemplateCreated = "campaigns.template.created", "Somebody began a template." { template: TemplateId }
    TemplateVersionSaved = "campaigns.template.saved", "A template got another version." { template: TemplateId, version: TemplateVersionId, number: i32 }
    TemplateConverted = "campaigns.template.converted", "A template that was arranged of blocks is written as source from now on." { template: TemplateId }
    TemplateArchived = "campaigns.template.archived", "A template was put away." { template: TemplateId }
    TemplateRestored = "campaigns.template.restored", "A template that was put away is in use again." { template: TemplateId }
}
