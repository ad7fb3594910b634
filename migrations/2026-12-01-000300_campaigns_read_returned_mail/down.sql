DROP TABLE return_mails;
DROP TABLE return_mailboxes;
