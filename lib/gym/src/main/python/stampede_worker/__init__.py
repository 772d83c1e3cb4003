"""Steps Gymnasium environments for a JVM that started this process."""
