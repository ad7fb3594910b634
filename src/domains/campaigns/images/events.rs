//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::CampaignImageId;

events! {
    ImageAdded = "campaigns.image.added", "An image came into the library." { image: CampaignImageId }
    ImageChanged = "campaigns.image.changed", "An image is called or described differently." { image: CampaignImageId }
    ImageRemoved = "campaigns.image.removed", "An image was taken out of the library; mail that shows it goes on showing it." { image: CampaignImageId }
}
