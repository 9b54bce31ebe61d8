with vintager as (
    select * from {{ ref('stg_landing__vintager') }}
),

afgoerelser as (
    select * from {{ ref('stg_landing__afgoerelser') }}
),

nyeste_afgoerelse as (
    select
        kilde,
        tabel_id,
        hentet_utc,
        max_by(udfald, nr) as afgoerelse
    from afgoerelser
    group by kilde, tabel_id, hentet_utc
),

final as (
    select
        vintager.kilde,
        vintager.tabel_id,
        vintager.hentet_utc,
        vintager.update_latest,
        vintager.oprindelse,
        vintager.indholdssum,
        vintager.raekker_spurgt,
        vintager.raekker_mangler,
        vintager.fil,
        vintager.svar_oprindelser,
        nyeste_afgoerelse.afgoerelse
    from vintager
    left join nyeste_afgoerelse
        on
            vintager.kilde = nyeste_afgoerelse.kilde
            and vintager.tabel_id = nyeste_afgoerelse.tabel_id
            and vintager.hentet_utc = nyeste_afgoerelse.hentet_utc
    where
        coalesce(nyeste_afgoerelse.afgoerelse, '') not in (
            'stoppet', 'afvist', 'afloest', 'afventer'
        )
        {% if var('as_of') %}
        and vintager.hentet_utc <= {{ utc("'" ~ var('as_of') ~ "'") }}
        {% endif %}
        {% for vintage in var('udeladt') %}
        and vintager.kilde || '/' || vintager.tabel_id || '/'
        || strftime(vintager.hentet_utc, '%Y-%m-%dT%H:%M:%SZ') <> '{{ vintage }}'
        {% endfor %}
)

select * from final
