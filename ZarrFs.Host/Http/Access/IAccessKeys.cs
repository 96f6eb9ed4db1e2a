namespace ZarrFs.Host.Http.Access;

/// <summary>Keys that sign requests (AWS Signature Version 4), out of the token file.</summary>
internal interface IAccessKeys
{
    /// <summary>Finds the secret of an access key that is neither revoked nor expired, and whose it is.</summary>
    bool TryFind(string accessKey, out string secret, out Caller caller);
}
