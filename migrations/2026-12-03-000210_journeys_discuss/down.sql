DROP TABLE lesson_threads;
