//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::KnowledgeId;

events! {
    KnowledgeAdded = "journeys.knowledge.added", "Something came into the knowledge base." { document: KnowledgeId }
    KnowledgeChanged = "journeys.knowledge.changed", "Something of the knowledge base is called or written differently." { document: KnowledgeId }
    KnowledgeRead = "journeys.knowledge.read", "A document was read; its passages are found by their words." { document: KnowledgeId }
    KnowledgeFailed = "journeys.knowledge.failed", "A document could not be read." { document: KnowledgeId }
    KnowledgeArchived = "journeys.knowledge.archived", "Something of the knowledge base is no longer found." { document: KnowledgeId }
    KnowledgeRestored = "journeys.knowledge.restored", "Something of the knowledge base is found again." { document: KnowledgeId }
}
