//! What everyone tries first: stems of the passwords that head every published list of leaked ones. They are compared
//! without digits and signs around them, so one line here stands for hundreds.

/// Lower case.
pub const COMMON: &[&str] = &[
    "password", "passwort", "passw", "passwordpassword", "motdepasse", "monmotdepasse", "contrasena", "wachtwoord", "parola", "senha",
    "qwerty", "qwertyuiop", "qwertyui", "qwertz", "qwertzuiop", "azerty", "azertyuiop", "asdfghjkl", "asdfgh", "asdfasdf", "asdf",
    "zxcvbnm", "zxcvbn", "qazwsx", "qazwsxedc", "qweasd", "qweasdzxc", "qwertyasdfgh", "poiuytrewq", "lkjhgfdsa", "mnbvcxz",
    "abc", "abcd", "abcabc", "abcdef", "abcdefg", "abcdefgh", "aaaaaa", "test", "testtest", "testing", "tester", "temp", "temporary",
    "letmein", "letmeinnow", "letmeinplease", "welcome", "welcomehome", "welcomeback", "bienvenue", "bonjour", "hello", "helloworld",
    "hellohello", "changeme", "changemenow", "changethis", "changeit", "default", "secret", "topsecret", "mysecret", "mypassword",
    "newpassword", "oldpassword", "yourpassword", "thepassword", "nopassword", "passphrase", "passcode", "administrator", "admin",
    "adminadmin", "administrador", "root", "rootroot", "toor", "superuser", "superman", "batman", "spiderman", "ironman", "starwars",
    "startrek", "pokemon", "naruto", "dragon", "dragonball", "master", "mastermaster", "monkey", "monkeymonkey", "football", "baseball",
    "basketball", "soccer", "hockey", "liverpool", "chelsea", "arsenal", "manchester", "manchesterunited", "barcelona", "realmadrid",
    "juventus", "canadiens", "mapleleafs", "steelers", "cowboys", "yankees", "lakers", "iloveyou", "iloveyousomuch", "iloveme",
    "iloveu", "loveyou", "loveme", "lovelove", "lovely", "jetaime", "teamo", "tequiero", "sunshine", "sunshines", "princess",
    "princesse", "princesa", "butterfly", "flower", "flowers", "chocolate", "chocolat", "cookie", "cookies", "cheese", "banana",
    "strawberry", "blueberry", "cherry", "summer", "winter", "spring", "autumn", "january", "february", "september", "october",
    "november", "december", "monday", "friday", "computer", "computers", "internet", "samsung", "google", "facebook", "instagram",
    "whatsapp", "microsoft", "windows", "android", "iphone", "apple", "linkedin", "dropbox", "github", "minecraft", "fortnite",
    "roblox", "playstation", "nintendo", "access", "accessdenied", "login", "loginlogin", "signin", "guest", "guestguest", "user",
    "username", "useruser", "member", "members", "union", "unionstrong", "solidarity", "solidarite", "solidarityforever", "steward",
    "organizer", "organiser", "local", "waymark", "waymarkwaymark", "portal", "michael", "jennifer", "jessica", "michelle", "daniel",
    "charlie", "thomas", "jordan", "ashley", "andrew", "joshua", "matthew", "nicole", "amanda", "christopher", "alexander",
    "elizabeth", "maggie", "pepper", "ginger", "buster", "tigger", "shadow", "hunter", "ranger", "killer", "trustno", "whatever",
    "nothing", "anything", "something", "everything", "freedom", "liberty", "america", "canada", "quebec", "montreal", "toronto",
    "london", "paris", "england", "france", "germany", "mexico", "blessed", "jesus", "jesuschrist", "godisgood", "family", "forever",
    "friends", "babygirl", "babyboy", "sweetheart", "beautiful", "onelove", "mustang", "harley", "corvette", "ferrari", "mercedes",
    "correcthorsebatterystaple", "thequickbrownfox", "loremipsum", "opensesame", "sesame", "abracadabra", "supercalifragilistic",
];
