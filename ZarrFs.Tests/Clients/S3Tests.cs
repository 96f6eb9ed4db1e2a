using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>S3's clients see the tree as a bucket and cannot change it.</summary>
[Collection(DoorsShowcaseTests.Name)]
public sealed class S3Tests(DoorsShowcase doors)
{
    private string Endpoint => $"{doors.Address}/s3";

    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_copies_the_whole_bucket()
    {
        string copy = doors.At("rclone-s3");
        string[] remote = [":s3:zarrfs", "--s3-provider", "Other", "--s3-endpoint", Endpoint, "--s3-force-path-style", "--config", "/dev/null"];
        Run("rclone", ["copy", remote[0], copy, .. remote[1..]]).Expect();
        doors.CheckCopy(copy);
        Run("rclone", ["check", remote[0], copy, "--download", .. remote[1..]]).Expect();
    }

    [ClientFact(Needs.Fuse | Needs.Aws)]
    public void Aws_lists_and_copies_the_whole_bucket()
    {
        string copy = doors.At("aws");
        Run("/usr/bin/aws", "--no-sign-request", "--endpoint-url", Endpoint, "s3", "sync", "s3://zarrfs", copy, "--quiet").Expect();
        doors.CheckCopy(copy);
        Tool list = Run("/usr/bin/aws", "--no-sign-request", "--endpoint-url", Endpoint, "s3", "ls", $"s3://zarrfs/{DoorsShowcase.Volume}.zarr/").Expect();
        Assert.Contains("PRE 0/", list.Output, StringComparison.Ordinal);
        Assert.Contains(" .zattrs", list.Output, StringComparison.Ordinal);
    }

    [ClientFact(Needs.Fuse | Needs.Boto3)]
    public void Boto3_pages_and_reads_parts_and_cannot_write() =>
        Script.RunPython("read_bucket", new { endpoint = Endpoint, mount = doors.MountPath, workspace = doors.Folder("boto3") });

    [ClientFact(Needs.Fuse | Needs.S3fs)]
    public void S3fs_mounts_the_bucket()
    {
        string mount = doors.Folder("s3fs");
        try
        {
            Run("s3fs", "zarrfs", mount, "-o", $"url={Endpoint}", "-o", "use_path_request_style", "-o", "public_bucket=1", "-o", "ro").Expect();
            doors.CheckCopy(mount);
        }
        finally
        {
            ZarrFsProcess.Unmount(mount);
        }
    }

    /// <summary>Without what the environment says of AWS.</summary>
    private static Tool Run(string program, params IEnumerable<string> arguments) => Tool.Run(
        "/usr/bin/env", ["-u", "AWS_CA_BUNDLE", "-u", "AWS_PROFILE", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", program, .. arguments], seconds: 60);
}
