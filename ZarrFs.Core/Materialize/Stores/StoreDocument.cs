namespace ZarrFs.Core.Materialize.Stores;

/// <summary>A metadata document of a store.</summary>
/// <param name="Path">Its path in the store, with <c>/</c>: <c>0/.zarray</c>.</param>
/// <param name="Content">Its bytes.</param>
public readonly record struct StoreDocument(string Path, byte[] Content);
