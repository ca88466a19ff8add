/** A certificate for localhost that nobody has signed but itself, good until 2098, and its key; for tests alone. */

export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjfXsZpiSE9aDk1ML
2nHaZzK8wqiaBWKBReHlZuEldSOhRANCAARbZtuLZi6Hhu8xUXcbXPOJBRt1HZDy
qdsiP7EKIMj/7rbGgi8ASkFAkumtZEus+1YPH/c7eOUitSCwIFipzPjp
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUU5Wd3vjhREmFxU9i7HrQyrLLve4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzAzMTIxMFoYDzIwOTgwMjAy
MDMxMjEwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARbZtuLZi6Hhu8xUXcbXPOJBRt1HZDyqdsiP7EKIMj/7rbGgi8ASkFA
kumtZEus+1YPH/c7eOUitSCwIFipzPjpo2kwZzAdBgNVHQ4EFgQUvMb34o+jBnDL
gVklJUh3oURzrpAwHwYDVR0jBBgwFoAUvMb34o+jBnDLgVklJUh3oURzrpAwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgRwZlt/Wu7AB0soWQ5dnqwRlTtK+9G0RnLHj1Yssm9hoCIQDJyiiQZhmA
PfXkZz5FbUAc1CsKx/wyNqfV+3YA8dV1sg==
-----END CERTIFICATE-----
`,
};
