{% if drift_har_maalinger() %}
with source as (
    -- A line that was written twice is one line: no measure may stop a build.
    select distinct on (trin, koersel, kilde, tabel_id, begyndt_utc) *
    from {{ source('drift', 'maalinger') }}
    order by all
),

renamed as (
    select
        trin,
        koersel,
        kilde,
        tabel_id,
        {{ utc('hentet_utc') }} as hentet_utc,
        strptime(begyndt_utc, ['%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%dT%H:%M:%SZ']) as begyndt_utc,
        sekunder,
        cast(
            median(sekunder) filter (where not er_fejl) over (
                partition by trin, kilde, tabel_id
                order by begyndt_utc, koersel
                rows between 20 preceding and 1 preceding
            ) as decimal(12, 3)
        ) as sekunder_foer,
        tabeller,
        raekker,
        bytes,
        udfald,
        er_fejl
    from source
    where trin is not null and begyndt_utc is not null
)

select * from renamed
{% else %}
select
    cast(null as varchar) as trin,
    cast(null as varchar) as koersel,
    cast(null as varchar) as kilde,
    cast(null as varchar) as tabel_id,
    cast(null as timestamp) as hentet_utc,
    cast(null as timestamp) as begyndt_utc,
    cast(null as decimal(12, 3)) as sekunder,
    cast(null as decimal(12, 3)) as sekunder_foer,
    cast(null as integer) as tabeller,
    cast(null as bigint) as raekker,
    cast(null as bigint) as bytes,
    cast(null as varchar) as udfald,
    cast(null as boolean) as er_fejl
where false
{% endif %}
